-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "public";

-- CreateEnum
CREATE TYPE "ArtifactKind" AS ENUM ('model', 'candidate');

-- CreateEnum
CREATE TYPE "Granularity" AS ENUM ('block', 'layer');

-- CreateEnum
CREATE TYPE "MeasurementStatus" AS ENUM ('queued', 'running', 'succeeded', 'failed', 'cancelled');

-- CreateEnum
CREATE TYPE "PlanStatus" AS ENUM ('scoring', 'measuring', 'solving', 'verifying', 'verified', 'infeasible', 'failed', 'cancelled');

-- CreateEnum
CREATE TYPE "AgentState" AS ENUM ('idle', 'busy', 'draining', 'offline');

-- CreateTable
CREATE TABLE "artifacts" (
    "sha256" CHAR(64) NOT NULL,
    "size_bytes" BIGINT NOT NULL,
    "kind" "ArtifactKind" NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "artifacts_pkey" PRIMARY KEY ("sha256")
);

-- CreateTable
CREATE TABLE "models" (
    "id" CHAR(64) NOT NULL,
    "name" TEXT NOT NULL,
    "opset" INTEGER NOT NULL,
    "parameters" BIGINT NOT NULL,
    "macs" DOUBLE PRECISION NOT NULL,
    "inputs" JSONB NOT NULL,
    "outputs" JSONB NOT NULL,
    "trace" JSONB NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "models_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "analyses" (
    "model_id" CHAR(64) NOT NULL,
    "granularity" "Granularity" NOT NULL,
    "blocks" JSONB NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "analyses_pkey" PRIMARY KEY ("model_id","granularity")
);

-- CreateTable
CREATE TABLE "scores" (
    "model_id" CHAR(64) NOT NULL,
    "granularity" "Granularity" NOT NULL,
    "criterion" TEXT NOT NULL,
    "reduction" TEXT NOT NULL,
    "scores" JSONB NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "scores_pkey" PRIMARY KEY ("model_id","granularity","criterion","reduction")
);

-- CreateTable
CREATE TABLE "candidates" (
    "id" UUID NOT NULL,
    "model_id" CHAR(64) NOT NULL,
    "recipe" JSONB,
    "recipe_key" CHAR(64) NOT NULL,
    "artifact_id" CHAR(64) NOT NULL,
    "parameters" BIGINT NOT NULL,
    "macs" DOUBLE PRECISION NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "candidates_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "targets" (
    "name" TEXT NOT NULL,
    "description" TEXT NOT NULL,
    "architecture" TEXT NOT NULL,
    "provider" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "targets_pkey" PRIMARY KEY ("name")
);

-- CreateTable
CREATE TABLE "agents" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "state" "AgentState" NOT NULL,
    "targets" TEXT[],
    "device" JSONB NOT NULL,
    "version" TEXT NOT NULL,
    "last_seen_at" TIMESTAMPTZ(3) NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "agents_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "measurements" (
    "id" UUID NOT NULL,
    "identity" CHAR(64) NOT NULL,
    "reuse_key" CHAR(64),
    "fresh" BOOLEAN NOT NULL,
    "requested" BOOLEAN NOT NULL DEFAULT false,
    "status" "MeasurementStatus" NOT NULL DEFAULT 'queued',
    "subject_id" CHAR(64) NOT NULL,
    "control_id" CHAR(64),
    "model_id" CHAR(64),
    "target_name" TEXT NOT NULL,
    "spec" JSONB NOT NULL,
    "spec_key" CHAR(64) NOT NULL,
    "priority" INTEGER NOT NULL,
    "attempt" INTEGER NOT NULL DEFAULT 1,
    "probe_crashes" INTEGER NOT NULL DEFAULT 0,
    "lost_leases" INTEGER NOT NULL DEFAULT 0,
    "agent_id" UUID,
    "lease_until" TIMESTAMPTZ(3),
    "lost_agent_id" UUID,
    "lost_attempt" INTEGER,
    "progress" JSONB,
    "result" JSONB,
    "failure" JSONB,
    "subject_samples_ms" BYTEA,
    "control_samples_ms" BYTEA,
    "p50_ms" DOUBLE PRECISION,
    "p50_lower_ms" DOUBLE PRECISION,
    "p50_upper_ms" DOUBLE PRECISION,
    "ratio_p50" DOUBLE PRECISION,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "queued_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "started_at" TIMESTAMPTZ(3),
    "finished_at" TIMESTAMPTZ(3),

    CONSTRAINT "measurements_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "plans" (
    "id" UUID NOT NULL,
    "model_id" CHAR(64) NOT NULL,
    "status" "PlanStatus" NOT NULL DEFAULT 'scoring',
    "request" JSONB NOT NULL,
    "state" JSONB,
    "version" INTEGER NOT NULL DEFAULT 0,
    "summary" JSONB NOT NULL,
    "candidate_id" UUID,
    "cancel_requested" BOOLEAN NOT NULL DEFAULT false,
    "due_at" TIMESTAMPTZ(3) DEFAULT CURRENT_TIMESTAMP,
    "stepped_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "failures" INTEGER NOT NULL DEFAULT 0,
    "not_before" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "finished_at" TIMESTAMPTZ(3),

    CONSTRAINT "plans_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "plan_measurements" (
    "plan_id" UUID NOT NULL,
    "key" TEXT NOT NULL,
    "label" TEXT NOT NULL,
    "measurement_id" UUID NOT NULL,
    "handled" BOOLEAN NOT NULL DEFAULT false,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "plan_measurements_pkey" PRIMARY KEY ("plan_id","key")
);

-- CreateTable
CREATE TABLE "plan_events" (
    "plan_id" UUID NOT NULL,
    "seq" INTEGER NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "type" TEXT NOT NULL,
    "message" TEXT NOT NULL,

    CONSTRAINT "plan_events_pkey" PRIMARY KEY ("plan_id","seq")
);

-- CreateIndex
CREATE INDEX "models_created_at_id_idx" ON "models"("created_at", "id");

-- CreateIndex
CREATE INDEX "candidates_artifact_id_idx" ON "candidates"("artifact_id");

-- CreateIndex
CREATE INDEX "candidates_created_at_id_idx" ON "candidates"("created_at", "id");

-- CreateIndex
CREATE UNIQUE INDEX "candidates_model_id_recipe_key_key" ON "candidates"("model_id", "recipe_key");

-- CreateIndex
CREATE INDEX "agents_created_at_id_idx" ON "agents"("created_at", "id");

-- CreateIndex
CREATE UNIQUE INDEX "measurements_reuse_key_key" ON "measurements"("reuse_key");

-- CreateIndex
CREATE INDEX "measurements_created_at_id_idx" ON "measurements"("created_at", "id");

-- CreateIndex
CREATE INDEX "measurements_model_id_created_at_id_idx" ON "measurements"("model_id", "created_at", "id");

-- CreateIndex
CREATE INDEX "measurements_subject_id_created_at_id_idx" ON "measurements"("subject_id", "created_at", "id");

-- CreateIndex
CREATE INDEX "measurements_target_name_status_created_at_id_idx" ON "measurements"("target_name", "status", "created_at", "id");

-- CreateIndex
CREATE INDEX "measurements_status_queued_at_id_idx" ON "measurements"("status", "queued_at", "id");

-- CreateIndex
CREATE INDEX "measurements_agent_id_status_idx" ON "measurements"("agent_id", "status");

-- CreateIndex
CREATE INDEX "plans_created_at_id_idx" ON "plans"("created_at", "id");

-- CreateIndex
CREATE INDEX "plans_model_id_created_at_id_idx" ON "plans"("model_id", "created_at", "id");

-- CreateIndex
CREATE INDEX "plans_status_stepped_at_idx" ON "plans"("status", "stepped_at");

-- CreateIndex
CREATE INDEX "plan_measurements_measurement_id_idx" ON "plan_measurements"("measurement_id");

-- AddForeignKey
ALTER TABLE "models" ADD CONSTRAINT "models_id_fkey" FOREIGN KEY ("id") REFERENCES "artifacts"("sha256") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "analyses" ADD CONSTRAINT "analyses_model_id_fkey" FOREIGN KEY ("model_id") REFERENCES "models"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "scores" ADD CONSTRAINT "scores_model_id_granularity_fkey" FOREIGN KEY ("model_id", "granularity") REFERENCES "analyses"("model_id", "granularity") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "candidates" ADD CONSTRAINT "candidates_model_id_fkey" FOREIGN KEY ("model_id") REFERENCES "models"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "candidates" ADD CONSTRAINT "candidates_artifact_id_fkey" FOREIGN KEY ("artifact_id") REFERENCES "artifacts"("sha256") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "measurements" ADD CONSTRAINT "measurements_subject_id_fkey" FOREIGN KEY ("subject_id") REFERENCES "artifacts"("sha256") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "measurements" ADD CONSTRAINT "measurements_control_id_fkey" FOREIGN KEY ("control_id") REFERENCES "artifacts"("sha256") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "measurements" ADD CONSTRAINT "measurements_target_name_fkey" FOREIGN KEY ("target_name") REFERENCES "targets"("name") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "measurements" ADD CONSTRAINT "measurements_agent_id_fkey" FOREIGN KEY ("agent_id") REFERENCES "agents"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "plans" ADD CONSTRAINT "plans_model_id_fkey" FOREIGN KEY ("model_id") REFERENCES "models"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "plans" ADD CONSTRAINT "plans_candidate_id_fkey" FOREIGN KEY ("candidate_id") REFERENCES "candidates"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "plan_measurements" ADD CONSTRAINT "plan_measurements_plan_id_fkey" FOREIGN KEY ("plan_id") REFERENCES "plans"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "plan_measurements" ADD CONSTRAINT "plan_measurements_measurement_id_fkey" FOREIGN KEY ("measurement_id") REFERENCES "measurements"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "plan_events" ADD CONSTRAINT "plan_events_plan_id_fkey" FOREIGN KEY ("plan_id") REFERENCES "plans"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
