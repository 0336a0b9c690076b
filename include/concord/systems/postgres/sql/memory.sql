-- Let hash tables of so many kilobytes stay in memory, for the rest of this transaction.
SELECT set_config('work_mem', greatest(
    pg_size_bytes(current_setting('work_mem')) / 1024, %(kilobytes)s
)::text || 'kB', true)
