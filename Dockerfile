# Two stages: one builds, the other only runs: Node, the compiled sources, the native engine with its dictionary, and the
# model, as nobody. No npm package and no LightGBM: the engine needs neither.
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

FROM ${RUNTIME}
WORKDIR /hoshi
ENV NODE_ENV=production
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
