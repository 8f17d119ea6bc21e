package io.fanatic.harness.report.format;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.fanatic.netlink.host.Namespace;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A headless Chromium of the distribution with one page, spoken to by the DevTools protocol. It runs in a network namespace
 * where there is nothing but loopback: what it would fetch from elsewhere it cannot get.
 */
final class Chromium implements AutoCloseable {
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(60);

    private final Namespace namespace;
    private final Process process;
    private final WebSocket socket;
    private final List<JsonObject> events = new ArrayList<>();
    private int messages;

    private Chromium(Namespace namespace, Process process, WebSocket socket) {
        this.namespace = namespace;
        this.process = process;
        this.socket = socket;
    }

    /** @param profile an empty directory for what the browser writes */
    static Chromium start(Path profile) throws IOException {
        Namespace namespace =
                Namespace.create("fanchrome-" + ProcessHandle.current().pid());
        Process process = null;
        try {
            Process up = new ProcessBuilder(namespace.command(List.of("ip", "link", "set", "lo", "up"))).start();
            if (exit(up) != 0) {
                throw new IOException("cannot switch the loopback on");
            }
            ProcessBuilder browser = new ProcessBuilder(namespace.command(List.of(
                            "chromium",
                            "--headless",
                            "--no-sandbox",
                            "--disable-gpu",
                            "--disable-dev-shm-usage",
                            "--no-first-run",
                            "--disable-background-networking",
                            "--disable-component-update",
                            "--disable-sync",
                            "--hide-scrollbars",
                            "--remote-debugging-port=0",
                            "--user-data-dir=" + profile,
                            "about:blank")))
                    .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
                    .redirectErrorStream(true)
                    .redirectOutput(profile.resolve("chromium.log").toFile());
            // Where it keeps its sockets; it does not tidy up.
            browser.environment().put("TMPDIR", profile.toString());
            process = browser.start();
            List<String> lines = devTools(profile.resolve("DevToolsActivePort"), process);
            int port = Integer.parseInt(lines.get(0));
            InetSocketAddress address =
                    new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), port);
            WebSocket socket = WebSocket.over(namespace.call(() -> SocketChannel.open(address)), lines.get(1));
            Chromium chromium = new Chromium(namespace, process, socket);
            chromium.openPage();
            return chromium;
        } catch (IOException | RuntimeException e) {
            if (process != null) {
                end(process);
            }
            namespace.delete();
            throw e;
        }
    }

    private static List<String> devTools(Path file, Process process) throws IOException {
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        while (System.nanoTime() < deadline && process.isAlive()) {
            if (Files.exists(file)) {
                List<String> lines = Files.readAllLines(file);
                if (lines.size() == 2) {
                    return lines;
                }
            }
            LockSupport.parkNanos(5_000_000);
        }
        throw new IOException("Chromium did not start: " + Files.readString(file.resolveSibling("chromium.log")));
    }

    private String session = "";

    private void openPage() throws IOException {
        JsonObject target = new JsonObject();
        target.addProperty("url", "about:blank");
        String id = call("Target.createTarget", target).get("targetId").getAsString();
        JsonObject attach = new JsonObject();
        attach.addProperty("targetId", id);
        attach.addProperty("flatten", true);
        session = call("Target.attachToTarget", attach).get("sessionId").getAsString();
        for (String domain : List.of("Page", "Runtime", "Log", "Network")) {
            call(domain + ".enable", new JsonObject());
        }
    }

    /** Loads a file and waits until it is there. */
    void open(Path file) throws IOException {
        events.clear();
        JsonObject where = new JsonObject();
        where.addProperty("url", file.toUri().toString());
        call("Page.navigate", where);
        while (events.stream().noneMatch(event -> method(event).equals("Page.loadEventFired"))) {
            events.add(receive());
        }
    }

    /** What the page was not happy about: console messages, exceptions, entries of the browser's log. */
    List<String> complaints() throws IOException {
        evaluate("1");
        List<String> complaints = new ArrayList<>();
        for (JsonObject event : events) {
            switch (method(event)) {
                case "Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Log.entryAdded" ->
                    complaints.add(event.toString());
                default -> {}
            }
        }
        return complaints;
    }

    /** The addresses that were asked for since the page was opened. */
    List<String> requests() {
        return events.stream()
                .filter(event -> method(event).equals("Network.requestWillBeSent"))
                .map(event -> event.getAsJsonObject("params")
                        .getAsJsonObject("request")
                        .get("url")
                        .getAsString())
                .toList();
    }

    private static String method(JsonObject event) {
        return event.has("method") ? event.get("method").getAsString() : "";
    }

    void resize(int width, int height) throws IOException {
        JsonObject metrics = new JsonObject();
        metrics.addProperty("width", width);
        metrics.addProperty("height", height);
        metrics.addProperty("deviceScaleFactor", width < 600 ? 2 : 1);
        metrics.addProperty("mobile", width < 600);
        call("Emulation.setDeviceMetricsOverride", metrics);
    }

    /** @param scheme {@code light} or {@code dark} */
    void prefer(String scheme) throws IOException {
        JsonObject feature = new JsonObject();
        feature.addProperty("name", "prefers-color-scheme");
        feature.addProperty("value", scheme);
        com.google.gson.JsonArray features = new com.google.gson.JsonArray();
        features.add(feature);
        JsonObject media = new JsonObject();
        media.add("features", features);
        call("Emulation.setEmulatedMedia", media);
    }

    /** The value of a JavaScript expression. */
    JsonElement evaluate(String expression) throws IOException {
        JsonObject what = new JsonObject();
        what.addProperty("expression", expression);
        what.addProperty("returnByValue", true);
        JsonObject answer = call("Runtime.evaluate", what);
        if (answer.has("exceptionDetails")) {
            throw new IOException(answer.toString());
        }
        return answer.getAsJsonObject("result").get("value");
    }

    /** The whole page as PNG. */
    void screenshot(Path file) throws IOException {
        JsonObject how = new JsonObject();
        how.addProperty("captureBeyondViewport", true);
        Files.write(
                file,
                Base64.getDecoder()
                        .decode(call("Page.captureScreenshot", how).get("data").getAsString()));
    }

    /** As it would be printed on A4. */
    byte[] pdf() throws IOException {
        JsonObject how = new JsonObject();
        how.addProperty("paperWidth", 8.27);
        how.addProperty("paperHeight", 11.69);
        how.addProperty("printBackground", false);
        return Base64.getDecoder()
                .decode(call("Page.printToPDF", how).get("data").getAsString());
    }

    private JsonObject call(String method, JsonObject params) throws IOException {
        int id = ++messages;
        JsonObject message = new JsonObject();
        message.addProperty("id", id);
        message.addProperty("method", method);
        message.add("params", params);
        if (!session.isEmpty()) {
            message.addProperty("sessionId", session);
        }
        socket.send(message.toString());
        while (true) {
            JsonObject answer = receive();
            if (!answer.has("id")) {
                events.add(answer);
            } else if (answer.get("id").getAsInt() == id) {
                if (answer.has("error")) {
                    throw new IOException(method + ": " + answer.get("error"));
                }
                return answer.getAsJsonObject("result");
            }
        }
    }

    private JsonObject receive() throws IOException {
        return JsonParser.parseString(socket.receive()).getAsJsonObject();
    }

    @Override
    public void close() throws IOException {
        socket.close();
        end(process);
        namespace.delete();
    }

    /** The browser is a child of our own, and its helpers are children of its. */
    private static void end(Process process) {
        List<ProcessHandle> family = process.descendants().toList();
        process.destroy();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
            for (ProcessHandle each : family) {
                each.destroyForcibly();
                each.onExit().get(10, TimeUnit.SECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (java.util.concurrent.ExecutionException | java.util.concurrent.TimeoutException e) {
            throw new IllegalStateException("a process of Chromium does not end", e);
        }
    }

    private static int exit(Process process) throws IOException {
        try {
            return process.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }
}
