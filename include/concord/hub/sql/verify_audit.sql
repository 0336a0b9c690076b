-- The first audit entry whose link or hash is not what its content and its predecessor give.
SELECT audit_id
FROM (
    SELECT audit_id, previous, hash,
           coalesce(lag(hash) OVER (ORDER BY audit_id), '\x'::bytea) AS before,
           sha256(previous || convert_to(concat_ws(E'\x1f', audit_id,
               to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US'), actor, action, subject,
               detail), 'UTF8')) AS due
    FROM ops.audit
) entry
WHERE previous <> before OR hash <> due
ORDER BY audit_id
LIMIT 1
