(SELECT p.code || ' in ' || w.code FROM golden.product AS p, golden.warehouse AS w
 WHERE p.golden_id = g.product AND w.golden_id = g.warehouse)
