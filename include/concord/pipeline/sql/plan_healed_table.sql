-- plan_healed_table: what a batch plans of an entity, should unify have found nothing of it.
CREATE UNLOGGED TABLE IF NOT EXISTS {affected} (golden_id uuid)
