-- Change sets that wait for a person: how many, their writes, money at stake and writes without a price.
SELECT count(*), coalesce(sum(creates + updates + deletes), 0), coalesce(sum(money), 0),
       coalesce(sum(unpriced), 0), min(at)
FROM ops.change_set WHERE state = 'held'
