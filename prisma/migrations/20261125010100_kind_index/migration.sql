-- Lists by kind: a partial index is not used for a kind that comes as a parameter.
DROP INDEX "measurements_profiles_idx";

-- CreateIndex
CREATE INDEX "measurements_kind_created_at_id_idx" ON "measurements"("kind", "created_at", "id");
