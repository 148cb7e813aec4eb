# One image for the API, the planner and the agent; docker-compose.yml says which of them a container runs.

FROM node:20-bookworm-slim AS build
WORKDIR /espalier
ENV TURBO_TELEMETRY_DISABLED=1
COPY . .
RUN --mount=type=cache,target=/root/.npm npm ci
RUN node prisma/generate.mjs && npm run build && npm prune --omit=dev

FROM node:20-bookworm-slim
ENV NODE_ENV=production
WORKDIR /espalier
COPY --from=build /espalier/package.json ./
COPY --from=build /espalier/node_modules ./node_modules
COPY --from=build /espalier/packages ./packages
COPY --from=build /espalier/apps ./apps
COPY --from=build /espalier/prisma ./prisma
# A new named volume takes its owner from the folder that it covers.
RUN install -d -o node -g node /var/lib/espalier/artifacts /var/lib/espalier/agent
USER node
EXPOSE 8080
CMD ["node", "apps/api/dist/main.js"]
