-- A recording of which a part is lost says so, instead of looking like a short one.

ALTER TABLE recordings ADD COLUMN missing_seconds double precision;
COMMENT ON COLUMN recordings.missing_seconds IS 'So much of what was said is on no file; 0 = nobody knows how much, NULL = all is there.';
