import { z } from "zod";

/** Programs that a job can have beside its command, in Azure's words. */
export const SERVICE_TYPES = ["JupyterLab", "TensorBoard", "VSCode", "SSH"] as const;

/** A program to start beside the task's command. It ends with the task. */
export const taskServiceSchema = z.object({
  /** The user's own name for it. */
  name: z.string(),
  type: z.enum(SERVICE_TYPES),
  /** Path under which the server shows it, without a final slash: programs put it into their links. */
  basePath: z.string(),
  /** What the server proves itself by to the program, where the program asks. */
  token: z.string(),
  /** Port that the user asks for; a free one when left out. */
  port: z.number().int().optional(),
  /** TensorBoard's folder, relative to the code. */
  logFolder: z.string().optional(),
  /** Who may come in by SSH: lines of an `authorized_keys` file. */
  sshPublicKeys: z.string().optional(),
});

export const SERVICE_STATUSES = ["Starting", "Running", "Failed", "Stopped"] as const;

export const serviceStateSchema = z.object({
  name: z.string(),
  status: z.enum(SERVICE_STATUSES),
  /** Port on the node's loopback, once it listens. */
  port: z.number().int().optional(),
  /** Unix socket on the node instead of a port, for programs without a password of their own. */
  socketPath: z.string().optional(),
  /** Where it is reached when not through the server: `ssh://user@host:port`. */
  address: z.string().optional(),
  /** Why there is none, for people. */
  error: z.string().optional(),
});

export type ServiceType = (typeof SERVICE_TYPES)[number];
export type TaskService = z.infer<typeof taskServiceSchema>;
export type ServiceState = z.infer<typeof serviceStateSchema>;
