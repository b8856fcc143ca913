from robot_io.cli import app

app(prog_name="anban robot")
