# Two stages: one builds, the other only runs: Node, the compiled sources, the native engine with its dictionary, and the
# model, as nobody. No LightGBM: the engine does without it. Of the npm packages those that metrics and events are written by.
ARG BUILDER=node:24-bookworm
ARG RUNTIME=node:24-bookworm-slim

FROM ${BUILDER} AS build
RUN apt-get update && apt-get install -y --no-install-recommends g++ make python3 python3-pip && rm -rf /var/lib/apt/lists/*
WORKDIR /hoshi
# What changes seldom first: packages, then LightGBM's three minutes, then the sources.
COPY package.json package-lock.json Makefile ./
COPY native/lightgbm native/lightgbm
RUN make build/lightgbm/lib/lib_lightgbm.a
COPY . .
RUN make build && strip build/addon/Release/hoshi_engine.node
RUN mkdir /runtime && cp package.json package-lock.json /runtime/ && cd /runtime && npm ci --omit=dev --ignore-scripts && rm -rf node_modules/kuromoji

FROM ${RUNTIME}
WORKDIR /hoshi
ENV NODE_ENV=production
COPY --from=build /runtime/node_modules node_modules
COPY --from=build /hoshi/package.json /hoshi/LICENSE /hoshi/NOTICE ./
COPY --from=build /hoshi/build/addon/Release/hoshi_engine.node build/addon/Release/hoshi_engine.node
COPY --from=build /hoshi/build/dictionary build/dictionary
COPY --from=build /hoshi/dist/native dist/native
COPY --from=build /hoshi/dist/model dist/model
COPY --from=build /hoshi/dist/function dist/function
COPY --from=build /hoshi/function/page.html function/page.html
COPY --from=build /hoshi/model/stars model/stars
ENV HOSHI_ENGINE=native
USER 65532:65532
EXPOSE 8080
STOPSIGNAL SIGTERM

ENTRYPOINT ["node", "dist/function/main.js"]
