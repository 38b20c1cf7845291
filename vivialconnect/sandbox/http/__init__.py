"""HTTP: the server, requests and responses, signature verification, and the client for webhooks."""
