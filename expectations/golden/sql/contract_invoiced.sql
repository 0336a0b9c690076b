-- contract_invoiced: an active contract, signed 90 days ago or earlier, that nothing was invoiced of.
SELECT b.golden_id
FROM {batch} AS b
WHERE b.lifecycle = 'active' AND b.signed_on <= {today} - 90
  AND NOT EXISTS (
    SELECT FROM golden.invoice AS i
    WHERE i.contract = b.golden_id AND i.lifecycle = 'posted' AND i.deleted_at IS NULL)
