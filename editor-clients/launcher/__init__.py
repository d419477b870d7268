"""The installed command's first module: makes sure that the command line imports only what was installed."""
