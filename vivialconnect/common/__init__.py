"""What the resources stand on: errors, conversion, signing, transport. No resource lives here."""
