# One worker. docker-compose.yml shows how several of them stand behind a proxy.
FROM python:3.12-slim AS build

WORKDIR /srv/partyflow
RUN python -m venv /opt/venv
ENV PATH=/opt/venv/bin:$PATH

COPY requirements.txt requirements-observability.txt requirements-postgres.txt ./
RUN pip install --no-cache-dir --disable-pip-version-check -r requirements-observability.txt -r requirements-postgres.txt

COPY . .
# The settings want to see a whole production, of which collecting files needs nothing.
RUN SECRET_KEY="$(python -c 'import secrets; print(secrets.token_urlsafe(64))')" STATIC_ROOT=/srv/static \
    PUBLIC_URL=https://build.invalid DATABASE_URL=sqlite://:memory: \
    python manage.py collectstatic --no-input --verbosity 0 \
    && python -m compileall -q /srv/partyflow


FROM python:3.12-slim

ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    VAR_DIR=/var/lib/partyflow \
    STATIC_ROOT=/srv/static

# Nothing of the program belongs to the user that runs it. /srv/shared is where `migrate` leaves files for nginx.
RUN useradd --system --uid 10001 --home-dir /var/lib/partyflow --create-home partyflow \
    && install --directory --owner partyflow --group partyflow /srv/shared
COPY --from=build /opt/venv /opt/venv
COPY --from=build /srv/static /srv/static
COPY --from=build /srv/partyflow /srv/partyflow

WORKDIR /srv/partyflow
USER 10001
EXPOSE 8000
# Rooms are written and phones are told before the process ends: give it the time.
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s CMD ["python", "deploy/is_ready.py"]
CMD ["python", "manage.py", "serve"]
