-- invoice_references: an invoice to nobody, or a credit note for none of its customer's invoices.
SELECT b.golden_id
FROM {batch} AS b
LEFT JOIN golden.party AS p ON p.golden_id = b.party AND p.deleted_at IS NULL
LEFT JOIN golden.invoice AS i
  ON i.party = b.party AND i.number = b.corrects AND i.deleted_at IS NULL
WHERE p.golden_id IS NULL OR b.corrects IS NOT NULL AND i.golden_id IS NULL
