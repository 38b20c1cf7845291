"""Campaigns: send each text of a list once."""
