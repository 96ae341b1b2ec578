"""Transport: the Web API client, Socket Mode, the HTTP endpoint, and reliable delivery over them."""
