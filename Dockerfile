# Builds the packed server (`make server`) and an image that holds only Node, the C and C++ libraries that it loads, and
# /hoshi. It has no shell and no package manager. The server runs as an unprivileged user and writes no file.
# `make image` calls it.
#
#   BUILDER  the builder image, with Node, npm, make and g++; its Node and its libraries go into the image
#   ENGINES  `native-lightgbm`: both native engines, which serve any model. `native` leaves LightGBM out; the others need
#            pip to build. `all` adds kuromoji for the reference engines
#   RUNTIME  `scratch` copies the libraries of BUILDER; or a base image with a C++ runtime, such as
#            gcr.io/distroless/cc-debian12
ARG BUILDER=node:24-bookworm
ARG RUNTIME=scratch

FROM ${BUILDER} AS build
ARG ENGINES=native-lightgbm
RUN [ "${ENGINES}" = native ] || { apt-get update && apt-get install -y --no-install-recommends python3-pip; }
WORKDIR /hoshi
COPY package.json package-lock.json ./
COPY tools tools
RUN npm ci --no-audit --no-fund && touch node_modules/.serving node_modules/.development
# LightGBM compiles for minutes, so it has a layer that changes of hoshi do not touch.
COPY native/lightgbm native/lightgbm
RUN [ "${ENGINES}" = native ] || native/lightgbm/build
COPY . .
# For `--version`: the build context has no .git.
ARG REVISION
RUN printf '%s\n' "${REVISION}" > commit.txt
RUN make server ENGINES="${ENGINES}"
ARG RUNTIME
ARG SOURCE_DATE_EPOCH=0
RUN image/assemble /image "${RUNTIME}"

FROM ${RUNTIME}
COPY --from=build /image/libraries /
COPY --from=build /image/node /
COPY --from=build /image/hoshi /hoshi
WORKDIR /hoshi
ENV NODE_ENV=production
USER 65532:65532
EXPOSE 8080
STOPSIGNAL SIGTERM
ENTRYPOINT ["/usr/local/bin/node"]
CMD ["server.cjs"]
ARG VERSION
ARG REVISION
ARG SOURCE
LABEL org.opencontainers.image.title="hoshi" \
  org.opencontainers.image.description="How many stars does this Japanese review give? Text in by HTTP, a score from 1 to 5 out." \
  org.opencontainers.image.licenses="Apache-2.0" \
  org.opencontainers.image.version="${VERSION}" \
  org.opencontainers.image.revision="${REVISION}" \
  org.opencontainers.image.source="${SOURCE}"
