-- Remember up to where the log was trimmed: an older reader has to compare in full.
UPDATE concord.watched SET floor = greatest(floor, %(floor)s::text::xid8)
