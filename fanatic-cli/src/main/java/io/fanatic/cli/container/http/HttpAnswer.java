package io.fanatic.cli.container.http;

import io.fanatic.cli.command.CommandException;

/**
 * What an engine answered.
 *
 * @param request whom was asked what, for messages: {@code Docker's answer to GET /version}
 * @param status the HTTP status, 100 to 599
 * @param body the text of the body, maybe empty
 */
public record HttpAnswer(String request, int status, String body) {

    private static final int LONGEST_REASON = 300;

    /** Whether the engine did what it was asked to. */
    public boolean ok() {
        return status >= 200 && status < 300;
    }

    public boolean notFound() {
        return status == 404;
    }

    /** This, when the engine did what it was asked to. @throws CommandException with the engine's own words, else */
    public HttpAnswer orThrow(String engine, String intention) {
        if (!ok()) {
            throw CommandException.failed(engine + " could not " + intention + ": " + reason());
        }
        return this;
    }

    /** The body as JSON. @throws CommandException when it is not */
    public Json json() {
        return Json.parse(request, body);
    }

    /** Why it failed in the engine's own words, on one line; the status when it has none. */
    public String reason() {
        try {
            Json json = json();
            for (String name : new String[] {"message", "error"}) {
                String text = json.textOr(name, "");
                if (!text.isEmpty()) {
                    return oneLine(text);
                }
            }
        } catch (CommandException notJson) {
            // Then the text itself has to do.
        }
        return body.isBlank() ? "HTTP status " + status : oneLine(body);
    }

    /** A stranger's words fit for a terminal: one line, no control characters, no longer than a few lines. */
    public static String oneLine(String words) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < words.length() && line.length() < LONGEST_REASON; i++) {
            char c = words.charAt(i);
            boolean blank = Character.isWhitespace(c) || Character.isISOControl(c);
            if (!blank) {
                line.append(c);
            } else if (line.length() > 0 && line.charAt(line.length() - 1) != ' ') {
                line.append(' ');
            }
        }
        String text = line.toString().strip();
        return text.endsWith(".") ? text.substring(0, text.length() - 1).strip() : text;
    }
}
