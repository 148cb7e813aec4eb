-- AlterEnum
ALTER TYPE "ArtifactKind" ADD VALUE 'dataset';

-- AlterEnum
ALTER TYPE "MeasurementKind" ADD VALUE 'score';

-- CreateEnum
CREATE TYPE "ScoreSource" AS ENUM ('weights', 'calibration', 'combined', 'posted');

-- AlterTable
ALTER TABLE "candidates" ADD COLUMN "reinitialised" JSONB NOT NULL DEFAULT '[]';

-- AlterTable
ALTER TABLE "measurements" ADD COLUMN "score" JSONB;

-- AlterTable
ALTER TABLE "models" ADD COLUMN "filter_groups" JSONB;

-- More blocks can go than before, and all that is known of them was computed from the model: it is found anew when it is asked for.
DELETE FROM "scores";
DELETE FROM "analyses";

-- AlterTable
ALTER TABLE "scores" ADD COLUMN "source" "ScoreSource" NOT NULL;

-- Scores from elsewhere may be there before anybody looked at the blocks.
ALTER TABLE "scores" DROP CONSTRAINT "scores_model_id_granularity_fkey";

-- AddForeignKey
ALTER TABLE "scores" ADD CONSTRAINT "scores_model_id_fkey" FOREIGN KEY ("model_id") REFERENCES "models"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- CreateTable
CREATE TABLE "filter_scores" (
    "model_id" CHAR(64) NOT NULL,
    "criterion" TEXT NOT NULL,
    "source" "ScoreSource" NOT NULL,
    "scores" JSONB NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "filter_scores_pkey" PRIMARY KEY ("model_id","criterion")
);

-- CreateTable
CREATE TABLE "datasets" (
    "id" CHAR(64) NOT NULL,
    "samples" BIGINT NOT NULL,
    "classes" BIGINT,
    "arrays" JSONB NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "datasets_pkey" PRIMARY KEY ("id")
);

-- AddForeignKey
ALTER TABLE "filter_scores" ADD CONSTRAINT "filter_scores_model_id_fkey" FOREIGN KEY ("model_id") REFERENCES "models"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "datasets" ADD CONSTRAINT "datasets_id_fkey" FOREIGN KEY ("id") REFERENCES "artifacts"("sha256") ON DELETE RESTRICT ON UPDATE CASCADE;
