-- Names and keys by which stewards look for customers and contacts, by how they begin.
-- Written by concord hub plan. It is applied once, in one transaction, and not edited after that.

CREATE INDEX "party_by_legal_name" ON "golden"."party" (ops.fold("legal_name") text_pattern_ops);

CREATE INDEX "contact_by_full_name" ON "golden"."contact" (ops.fold("full_name") text_pattern_ops);

CREATE INDEX "contact_by_email" ON "golden"."contact" (ops.fold("email") text_pattern_ops);
