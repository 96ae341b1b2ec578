# Countersign as a container: the front and a worker in one process. State is in DATABASE_URL.
FROM python:3.13-slim AS packages
WORKDIR /app
COPY requirements-run.lock ./
RUN python -m venv /venv \
    && /venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements-run.lock

FROM python:3.13-slim
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    HOST=0.0.0.0 \
    PORT=3000 \
    DATA_DIR=/data \
    LOG_FORMAT=json
RUN useradd --system --uid 10001 --home-dir /app countersign && install -d -o countersign -g countersign /data
WORKDIR /app
COPY --from=packages /venv /venv
COPY langgraph.json ./
COPY graphs ./graphs
COPY bot ./bot
USER countersign
VOLUME /data
EXPOSE 3000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
    CMD ["python", "-c", "import os, urllib.request; urllib.request.urlopen(f'http://127.0.0.1:{os.environ[\"PORT\"]}/healthz', timeout=2)"]
CMD ["python", "-m", "bot", "serve"]
