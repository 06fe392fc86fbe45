"""A plan as a picture: its boxes and arrows, their places by Graphviz, and the SVG."""
