# SPDX-License-Identifier: Apache-2.0
"""A service of OpenStack, started as they are: paste puts it together, oslo.service forks a worker.

Argument: the file for paste. Prints "port N".
"""

import eventlet

eventlet.monkey_patch()

import sys  # noqa: E402

from oslo_config import cfg  # noqa: E402
from oslo_service import service, wsgi  # noqa: E402

conf = cfg.ConfigOpts()
conf([], project="tested")
conf.register_opts(wsgi._options.wsgi_opts)
conf.set_override("api_paste_config", sys.argv[1])
server = wsgi.Server(conf, "tested", wsgi.Loader(conf).load_app("main"), host="127.0.0.1")
print("port", server.port, flush=True)
service.launch(conf, server, workers=1).wait()
