"""The lab: a page to inspect and train networks, and the small server that delivers it."""
