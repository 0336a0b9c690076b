-- volumes_due: whether no batch of the lane has validated in this hour yet.
SELECT NOT EXISTS (
    SELECT FROM ops.batch AS b
    JOIN ops.batch_step AS s ON s.batch_id = b.batch_id AND s.step = 'validate' AND s.state = 'done'
    WHERE b.lane = %(lane)s AND b.batch_id <> %(batch)s
      AND b.started_at >= date_trunc('hour', clock_timestamp())
)
