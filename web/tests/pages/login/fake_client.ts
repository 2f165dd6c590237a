/** A client that logs nobody in. */

export const TOKENS = { user: { id: "u", username: "ann", name: "Ann" }, access_token: "a", refresh_token: "r", device_token: "d", expires_in: 900 };

/** Answers each method as it is told; notes what was asked. */
export class FakeClient {
  readonly asked: [method: string, params: unknown][] = [];
  constructor(private readonly answers: { readonly [method: string]: unknown }) {}

  call(method: string, params: unknown): Promise<unknown> {
    this.asked.push([method, params]);
    const answer = this.answers[method];
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  }
  login(email: string, password: string): Promise<unknown> { return this.call("auth.login", { email, password }); }
  register(account: unknown): Promise<unknown> { return this.call("auth.register", account); }
  logInBy(method: string, params: unknown): Promise<unknown> { return this.call(method, params); }
  logInWith(tokens: unknown): Promise<unknown> { return this.call("logInWith", tokens); }
}
