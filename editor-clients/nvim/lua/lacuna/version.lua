-- The server's version that this plugin was built for; a test keeps it equal to the one in pyproject.toml.

return '0.1.0'
