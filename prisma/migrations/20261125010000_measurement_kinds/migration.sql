-- AlterEnum
ALTER TYPE "ArtifactKind" ADD VALUE 'inputs';

-- CreateEnum
CREATE TYPE "MeasurementKind" AS ENUM ('latency', 'profile');

-- CreateEnum
CREATE TYPE "HealthStatus" AS ENUM ('unknown', 'healthy', 'suspect', 'failed');

-- AlterTable
ALTER TABLE "agents" ADD COLUMN "cleared_at" TIMESTAMPTZ(3);

-- AlterTable
ALTER TABLE "measurements"
ADD COLUMN "kind" "MeasurementKind" NOT NULL DEFAULT 'latency',
ADD COLUMN "profile" JSONB,
ADD COLUMN "round_times_ms" BYTEA,
ADD COLUMN "during" JSONB,
ADD COLUMN "kernels" JSONB,
ADD COLUMN "value_ms" DOUBLE PRECISION,
ADD COLUMN "value_lower_ms" DOUBLE PRECISION,
ADD COLUMN "value_upper_ms" DOUBLE PRECISION,
ADD COLUMN "canary_ms" DOUBLE PRECISION;

-- CreateTable
CREATE TABLE "target_health" (
    "agent_id" UUID NOT NULL,
    "target_name" TEXT NOT NULL,
    "status" "HealthStatus" NOT NULL,
    "reason" TEXT,
    "baseline" DOUBLE PRECISION[],
    "strikes" INTEGER NOT NULL,
    "p50_ms" DOUBLE PRECISION,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "target_health_pkey" PRIMARY KEY ("agent_id","target_name")
);

-- CreateTable
CREATE TABLE "canary_readings" (
    "agent_id" UUID NOT NULL,
    "target_name" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "p50_ms" DOUBLE PRECISION,
    "p50_lower_ms" DOUBLE PRECISION,
    "p50_upper_ms" DOUBLE PRECISION,
    "runs" INTEGER,
    "code" TEXT,
    "message" TEXT,

    CONSTRAINT "canary_readings_pkey" PRIMARY KEY ("agent_id","target_name","at")
);

-- CreateIndex
CREATE INDEX "target_health_target_name_idx" ON "target_health"("target_name");

-- AddForeignKey
ALTER TABLE "target_health" ADD CONSTRAINT "target_health_agent_id_fkey" FOREIGN KEY ("agent_id") REFERENCES "agents"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "canary_readings" ADD CONSTRAINT "canary_readings_agent_id_fkey" FOREIGN KEY ("agent_id") REFERENCES "agents"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- Results that were stored before know one process, no times and no discarded takes; their statistic becomes a column.
UPDATE "measurements" m SET
  "result" = m."result"
    || jsonb_build_object(
      'atMs', '[]'::jsonb,
      'discarded', '[]'::jsonb,
      'processVariance', '{"processes": 1, "sdShare": 0}'::jsonb,
      'environment', m."result" -> 'environment' || '{"during": []}'::jsonb,
      'subject', m."result" -> 'subject' || jsonb_build_object(
        'modelBytes', (SELECT a."size_bytes" FROM "artifacts" a WHERE a."sha256" = m."subject_id"),
        'processes', jsonb_build_array(jsonb_build_object(
          'n', m."result" -> 'subject' -> 'n',
          'valueMs', m."result" -> 'subject' -> ((m."spec" ->> 'statistic') || 'Ms'),
          'loadMs', m."result" -> 'subject' -> 'loadMs',
          'firstRunMs', m."result" -> 'subject' -> 'firstRunMs'))))
    || CASE WHEN m."result" ? 'control' THEN jsonb_build_object(
      'control', m."result" -> 'control' || jsonb_build_object(
        'modelBytes', (SELECT a."size_bytes" FROM "artifacts" a WHERE a."sha256" = m."control_id"),
        'processes', jsonb_build_array(jsonb_build_object(
          'n', m."result" -> 'control' -> 'n',
          'valueMs', m."result" -> 'control' -> ((m."spec" ->> 'statistic') || 'Ms'),
          'loadMs', m."result" -> 'control' -> 'loadMs',
          'firstRunMs', m."result" -> 'control' -> 'firstRunMs')))) ELSE '{}'::jsonb END,
  "value_ms" = (m."result" -> 'subject' ->> ((m."spec" ->> 'statistic') || 'Ms'))::double precision,
  "value_lower_ms" = (m."result" -> 'subject' -> ((m."spec" ->> 'statistic') || 'Ci') ->> 0)::double precision,
  "value_upper_ms" = (m."result" -> 'subject' -> ((m."spec" ->> 'statistic') || 'Ci') ->> 1)::double precision
WHERE m."result" IS NOT NULL;

-- The history of an identity, newest first.
CREATE INDEX "measurements_history_idx" ON "measurements"("identity", "finished_at")
WHERE "status" = 'succeeded' AND "kind" = 'latency';

-- Identities that may have more than one result: two that succeeded are never both without `fresh`.
CREATE INDEX "measurements_repeated_idx" ON "measurements"("identity")
WHERE "fresh" AND "status" = 'succeeded' AND "kind" = 'latency';

-- Profiles are few among many latencies.
CREATE INDEX "measurements_profiles_idx" ON "measurements"("created_at", "id")
WHERE "kind" = 'profile';
