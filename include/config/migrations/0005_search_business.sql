-- Names by which stewards look for everything else, by how they begin.
-- Written by concord hub plan. It is applied once, in one transaction, and not edited after that.

CREATE INDEX "product_by_name" ON "golden"."product" (ops.fold("name") text_pattern_ops);

CREATE INDEX "warehouse_by_name" ON "golden"."warehouse" (ops.fold("name") text_pattern_ops);

CREATE INDEX "lead_by_company_name" ON "golden"."lead" (ops.fold("company_name") text_pattern_ops);

CREATE INDEX "price_list_by_name" ON "golden"."price_list" (ops.fold("name") text_pattern_ops);

CREATE INDEX "contract_by_name" ON "golden"."contract" (ops.fold("name") text_pattern_ops);

CREATE INDEX "opportunity_by_name" ON "golden"."opportunity" (ops.fold("name") text_pattern_ops);
