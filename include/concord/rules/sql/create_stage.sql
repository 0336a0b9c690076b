-- create_stage: what rules want of one entity, laid out like what is read of a system.
CREATE UNLOGGED TABLE {stage} (source_id text, op text, raw_hash uuid, {columns})
