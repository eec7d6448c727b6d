/** How long a credential of a member on the hub lasts at the most, in seconds; its worker renews it. */
export const hubCredentialSeconds = 3600;
