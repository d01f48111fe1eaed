"""The lab: a page where the network is a glass box, and the small server that brings it."""
