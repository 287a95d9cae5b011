# The service in a container: docker run -p 9081:9081 -p 9092:9092 -p 19092:19092 -p 29092:29092 -v sluice:/data …
FROM node:24-bookworm-slim AS build
WORKDIR /source
COPY . .
RUN npm ci --ignore-scripts --no-audit --no-fund \
  && npm run pack \
  && npm install --prefix /sluice --ignore-scripts --no-audit --no-fund dist/sluice-*.tgz

FROM node:24-bookworm-slim
COPY --from=build /sluice /sluice
RUN install -d -o node -g node /data
USER node
VOLUME /data
EXPOSE 9081 9092 19092 29092
HEALTHCHECK --interval=5s --timeout=3s --start-period=30s CMD ["node", "-e", "fetch('http://127.0.0.1:9081/_sluice/health').then((it) => it.json()).then(({ status }) => process.exit(status === 'ready' ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "/sluice/node_modules/sluice/bin/sluice.mjs"]
CMD ["start", "--data-dir", "/data", "--api-port", "9081", "--kafka-port", "9092", "--host", "0.0.0.0", "--advertised-host", "localhost"]
