"""The report of an audit: one page that a product owner, an engineer and an auditor can each read."""
