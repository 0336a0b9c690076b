DROP TRIGGER IF EXISTS concord_insert ON {table};
DROP TRIGGER IF EXISTS concord_update ON {table};
DROP TRIGGER IF EXISTS concord_delete ON {table};
DROP TRIGGER IF EXISTS concord_truncate ON {table};
