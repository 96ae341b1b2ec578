"""The credentials and address of an app that several workspaces install."""

from dataclasses import dataclass

from pydantic import SecretStr

from countersign.flow.installation.allow_list import InstallAllowList


@dataclass(frozen=True, kw_only=True)
class OAuthApp:
    """The app that workspaces install."""

    client_id: str
    client_secret: SecretStr
    public_url: str  # without a slash at its end
    allowed: InstallAllowList
