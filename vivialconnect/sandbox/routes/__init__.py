"""One file for each resource: read the request, call the service, write the response."""
