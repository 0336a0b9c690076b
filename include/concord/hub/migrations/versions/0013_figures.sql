-- For the overview and the key figures, which look back over days and not over everything.
CREATE INDEX batch_of_lane ON ops.batch (lane, started_at DESC);
CREATE INDEX batch_count_of ON ops.batch_count (batch_id) INCLUDE (system, entity, name, n)
    WHERE n > 0 AND name IN ('read', 'accepted', 'quarantined', 'planned', 'confirmed');
CREATE INDEX attempt_batch ON ops.attempt (batch_id);
CREATE INDEX quarantine_opened ON ops.quarantine (opened_at);
CREATE INDEX quarantine_closed ON ops.quarantine (closed_at) WHERE closed_at IS NOT NULL;
CREATE INDEX review_opened ON ops.review (opened_at) WHERE kind IN ('double', 'match');
CREATE INDEX redirect_at ON ops.redirect (at);
