"""The desk by itself, in a web server that has nothing else of Airflow's: for measuring it.

    python -m concord.orchestration.alone USER

Tells its port and a token of that user of Airflow's, in a line, and serves until it is ended. The
doors are the real ones: users and rights are Airflow's, in the database of its settings.
"""

from __future__ import annotations

import json
import os
import socket
import sys


def main(arguments: list[str]) -> int:
    """Serve."""
    os.environ["_AIRFLOW_PROCESS_CONTEXT"] = "server"  # it looks connections up as its own one does
    import uvicorn
    from airflow.api_fastapi.app import create_auth_manager, init_auth_manager
    from fastapi import FastAPI

    from concord.orchestration.pages import PREFIX, Pages

    (name,) = arguments
    server = FastAPI()
    server.state.auth_manager = create_auth_manager()
    init_auth_manager(server)
    server.mount(PREFIX, Pages())
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        said = {"port": listening.getsockname()[1], "token": _token(name)}
        print(json.dumps(said), flush=True)
        settings = uvicorn.Config(server, log_level="warning", access_log=False)
        uvicorn.Server(settings).run(sockets=[listening])
    return 0


def _token(name: str) -> str:
    """What the user would have in a cookie after signing in."""
    from airflow.api_fastapi.app import get_auth_manager
    from airflow.providers.fab.auth_manager.models import User
    from airflow.utils.session import create_session
    from sqlalchemy import select

    with create_session() as session:
        user = session.scalars(select(User).where(User.username == name)).one()
        return str(get_auth_manager().generate_jwt(user))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
