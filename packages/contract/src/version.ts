/** Version of the platform: what the commands, the server file, Studio and the OpenAPI document say. */
export const VERSION = "0.1.0";
