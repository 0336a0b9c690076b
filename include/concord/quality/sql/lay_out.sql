-- lay_out: what the rules see of a stage table, computed once.
CREATE UNLOGGED TABLE {seen} AS {view}
