"""“Approve and don't ask again”: giving grants, deciding by them, listing and revoking them."""
