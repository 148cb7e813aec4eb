-- Listeners hear of every change in the transaction that makes it, whoever makes it.
-- Measurements that no plan waits for are silent: a notification serialises commits, and bulk results must not pay for it.
-- Inside the functions a semicolon is written \x3b, because some tools split this file at every semicolon.

CREATE FUNCTION "notify_measurement"() RETURNS trigger LANGUAGE plpgsql AS E'
BEGIN
  IF EXISTS (SELECT 1 FROM "plan_measurements" WHERE "measurement_id" = NEW."id") THEN
    PERFORM pg_notify(
      ''espalier'',
      json_build_object(''kind'', ''measurement'', ''measurementId'', NEW."id", ''status'', NEW."status")::text
    )\x3b
  END IF\x3b
  RETURN NULL\x3b
END
';

CREATE TRIGGER "measurements_notify" AFTER UPDATE OF "status" ON "measurements"
FOR EACH ROW WHEN (OLD."status" IS DISTINCT FROM NEW."status") EXECUTE FUNCTION "notify_measurement"();

CREATE FUNCTION "notify_plan"() RETURNS trigger LANGUAGE plpgsql AS E'
BEGIN
  PERFORM pg_notify(''espalier'', json_build_object(''kind'', ''plan'', ''planId'', NEW."id")::text)\x3b
  RETURN NULL\x3b
END
';

CREATE TRIGGER "plans_notify" AFTER INSERT OR UPDATE ON "plans"
FOR EACH ROW EXECUTE FUNCTION "notify_plan"();
