-- CreateEnum
CREATE TYPE "PlanKind" AS ENUM ('plan', 'comparison');

-- AlterEnum
ALTER TYPE "PlanStatus" ADD VALUE 'finished';

-- AlterTable
ALTER TABLE "plans" ADD COLUMN "kind" "PlanKind" NOT NULL DEFAULT 'plan';

-- DropIndex
DROP INDEX "plans_created_at_id_idx";

-- CreateIndex
CREATE INDEX "plans_kind_created_at_id_idx" ON "plans"("kind", "created_at", "id");
