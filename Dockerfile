# The switch and the service in one image, on the Debian that carries Asterisk 22.
#
#   docker build --tag dutyline .
#   docker run --rm --name dutyline --init dutyline            the demo, inside the container
#   docker exec dutyline dutyline call "+32 2 788 74 99"
#
# With a real trunk use compose.yaml: SIP and its sound want the host's own network.

ARG SUITE=forky

FROM debian:${SUITE}-slim AS build
RUN apt-get update \
 && apt-get install --yes --no-install-recommends ca-certificates python3 python3-venv \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /opt/dutyline
# The libraries first, in a layer of their own that a change of our code does not undo.
COPY pyproject.toml README.md LICENSE ./
RUN mkdir ivr dialplan audio asterisk \
 && touch ivr/__init__.py dialplan/__init__.py audio/__init__.py asterisk/__init__.py \
 && python3 -m venv .venv \
 && .venv/bin/pip install --no-cache-dir --disable-pip-version-check --editable '.[postgres]'
COPY asterisk asterisk
COPY audio audio
COPY config config
COPY dialplan dialplan
COPY ivr ivr
COPY prompts prompts
RUN python3 -m compileall -q asterisk audio dialplan ivr

FROM debian:${SUITE}-slim
LABEL org.opencontainers.image.title="Dutyline" \
      org.opencontainers.image.description="The out-of-hours support line on your own Asterisk" \
      org.opencontainers.image.licenses="Apache-2.0"
# Sounds and sample configuration of Asterisk's are not needed: ours are in prompts/ and asterisk/.
RUN apt-get update \
 && apt-get install --yes --no-install-recommends asterisk ca-certificates graphviz python3 tzdata \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --system --uid 990 --user-group --no-create-home --home-dir /var/lib/dutyline \
            --shell /usr/sbin/nologin dutyline \
 && install --directory --owner=dutyline --group=dutyline --mode=0700 /var/lib/dutyline
COPY --from=build /opt/dutyline /opt/dutyline
ENV PATH=/opt/dutyline/.venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    DUTYLINE_STATE=/var/lib/dutyline \
    DUTYLINE_CONFIG=/opt/dutyline/config \
    DUTYLINE_LOG=json
USER dutyline
WORKDIR /var/lib/dutyline
VOLUME ["/var/lib/dutyline"]
# readyz is well when the switch, the database and a configuration are there; `dutyline doctor` says more.
HEALTHCHECK --interval=15s --timeout=6s --start-period=30s --retries=3 \
  CMD ["python3", "-c", "import os, sys, urllib.request as web\ne = os.environ\nport = int(e.get('DUTYLINE_WEB_PORT') or 8480 + int(e.get('DUTYLINE_PORT_OFFSET') or 0))\ntry: web.urlopen(f'http://127.0.0.1:{port}/readyz', timeout=5)\nexcept OSError as fault: sys.exit(str(fault))"]
STOPSIGNAL SIGTERM
CMD ["dutyline", "up", "--offline"]
